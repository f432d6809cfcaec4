/** Calls of an authorization server's administration, whose replies are looked into by who made the call. */
export type AdminApi = (method: string, path: string, body?: unknown) => Promise<unknown>

/** Resolves to the JSON of the reply, or to what its `Location` names last. Rejects where it is not 2xx. */
export function createAdminApi(
  baseUrl: string,
  authorization: () => Promise<string | undefined> = () => Promise.resolve(undefined),
): AdminApi {
  return async (method, path, body) => {
    const credentials = await authorization()
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(credentials !== undefined && { Authorization: credentials }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`)
    return text === '' ? response.headers.get('Location')?.split('/').at(-1) : JSON.parse(text)
  }
}
