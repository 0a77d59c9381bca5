/**
 * Asks a service whether it is well: true while a GET of the URL is answered with 2xx. A redirect is no such answer: what it leads to, such
 * as a page to log in, may be well while the service is not.
 */
export function healthCheck(url: string): (options: { readonly signal: AbortSignal }) => Promise<boolean> {
  return async ({ signal }) => {
    const response = await fetch(url, { signal, redirect: "manual" });
    await response.body?.cancel();
    return response.ok;
  };
}
