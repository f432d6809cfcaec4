import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Everything that arrived, in order. */
  readonly requests: readonly ReceivedRequest[]
}

/** An http server on an ephemeral port of this machine. */
export async function startServer(
  answer: (request: ReceivedRequest, response: ServerResponse, url: string) => unknown,
): Promise<TestServer> {
  const requests: ReceivedRequest[] = []
  let url = ''
  const server = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body,
      }
      requests.push(request)
      answer(request, response, url)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return {
    url,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
}

/** An origin of this machine where nothing listens any more. */
export async function closedOrigin(): Promise<string> {
  const server = await startServer(() => undefined)
  await server[Symbol.asyncDispose]()
  return server.url
}
