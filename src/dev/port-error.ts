import { DevelopmentError } from './development-error.js'

/** The variables that decide where something listens. */
export interface ListenVariables {
  readonly port: string
  /** Default: the address cannot be chosen. */
  readonly host?: string
}

/** What Node says about a port or address that cannot be listened at, as a `DevelopmentError`; other errors as they are. */
export function toPortError(error: unknown, variables: ListenVariables): unknown {
  const listen = findListenError(error)
  if (listen === undefined) return error
  const message = explain(listen, variables)
  return message === undefined ? error : new DevelopmentError('port', message, { cause: error })
}

interface ListenError extends Error {
  readonly syscall: 'listen'
  readonly code: string
  readonly port?: number
  readonly address?: string
}

function explain({ code, port, address }: ListenError, variables: ListenVariables): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port ?? '?'} is in use by another process: stop that process, or set ${variables.port} to a free port.`
    case 'EACCES':
      return `Port ${port ?? '?'} is reserved on this system: set ${variables.port} to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return variables.host === undefined
        ? undefined
        : `${address ?? 'HOST'} is not an address of this machine: set ${variables.host} to one, or unset it.`
    default:
      return undefined
  }
}

/** Whoever listens may have wrapped what Node says. */
function findListenError(error: unknown): ListenError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('syscall' in at && at.syscall === 'listen' && 'code' in at) return at as ListenError
  }
  return undefined
}
