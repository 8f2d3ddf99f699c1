// What the platform knows of an invocation, as fields.

/** Fields from what a handler is called with. client: who asked may be told. */
export type FactsOf = (subject: any, client?: boolean) => object;

export const requestFacts: FactsOf = ({ method, url, headers, cf }, client) => {
  const { host, pathname } = new URL(url); // and no more of it: a query may hold anything
  const address = headers.get('cf-connecting-ip');
  return {
    http: {
      method,
      host,
      path: pathname,
      request_id: headers.get('cf-ray') ?? crypto.randomUUID(),
      ...(client && { client: { address, country: cf?.country, city: cf?.city, network: cf?.asOrganization } }),
    },
  };
};

const tailFacts: FactsOf = ({ length }) => ({ tail: { events: length } });

/** By the names of the handlers that Workers and their entrypoint classes have. */
export const handlerFacts: { readonly [name: string]: FactsOf } = {
  fetch: requestFacts,
  scheduled: ({ cron, scheduledTime }) => ({ cron: { schedule: cron, scheduled_at: new Date(scheduledTime) } }),
  queue: ({ queue, messages }) => ({ queue: { name: queue, messages: messages.length } }),
  email: ({ rawSize, from, to }, client) => ({ email: { bytes: rawSize, ...(client && { from, to }) } }),
  tail: tailFacts,
  trace: tailFacts,
};

/**
 * The place that serves a request, and the version of the Worker, where that is bound to CF_VERSION_METADATA
 * (developers.cloudflare.com/workers/runtime-apis/bindings/version-metadata).
 */
export function platformFacts(env: any, handler?: string, subject?: any): object {
  const { colo } = (handler === 'fetch' && subject.cf) || {};
  const { id, tag } = env?.CF_VERSION_METADATA ?? {};
  const version = id && { id, ...(tag && { tag }) };
  return colo || version ? { platform: { cloudflare: { colo, version } } } : {};
}
