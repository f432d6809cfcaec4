import Router from '@koa/router'
import type { Middleware } from 'koa'
import { stringify } from 'yaml'
import type { ResourceMetadata } from '../auth/resource-metadata.js'
import type { OpenApiDocument } from '../contract/document/read-document.js'
import { toAsset, type Docs } from './docs.js'

export interface OperationalRoutesOptions {
  /** The document as it is published at `/openapi.json` and `/openapi.yaml`. Default: not published. */
  readonly document?: OpenApiDocument
  /** The docs page under `/docs`. Default: none. */
  readonly docs?: Docs
  /** RFC 9728 metadata and the path it is served at. Default: none. */
  readonly resourceMetadata?: { readonly path: string; readonly metadata: ResourceMetadata }
}

/** What is published beside the operations of the contract; a path of the contract wins over one of these. */
export function operationalRoutes(options: OperationalRoutesOptions): Middleware {
  const { document, docs, resourceMetadata } = options
  const router = new Router({ strict: true, sensitive: true })

  if (resourceMetadata) {
    router.get(resourceMetadata.path, (ctx) => {
      ctx.set('Access-Control-Allow-Origin', '*')
      ctx.body = resourceMetadata.metadata
    })
  }
  const assets = [...(docs?.assets ?? [])]
  if (document) {
    assets.push(toAsset('openapi.json', 'application/json', JSON.stringify(document)))
    assets.push(
      toAsset('openapi.yaml', 'application/yaml', stringify(document, { aliasDuplicateObjects: false })),
    )
  }
  for (const asset of assets) {
    router.get(asset.path, (ctx) => {
      ctx.set(asset.headers)
      publish(ctx, asset.contentType, asset.body, asset.status)
    })
  }
  return router.routes() as Middleware
}

function publish(
  ctx: Parameters<Middleware>[0],
  contentType: string,
  body: string | Buffer,
  status = 200,
): void {
  ctx.status = status
  ctx.set('Content-Type', contentType)
  ctx.body = body
  if (ctx.fresh) ctx.status = 304
}
