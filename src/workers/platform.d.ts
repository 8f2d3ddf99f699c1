// What Workers, Node, Deno and Bun share beyond the core's universal.d.ts, as far as this build uses it.

declare const crypto: {
  getRandomValues(bytes: Uint8Array<ArrayBuffer>): void;
  randomUUID(): string;
};
declare function fetch(url: string, init: object): Promise<any>;
declare function setTimeout(fn: () => void, afterMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
/** Of Node, and what Deno and Bun have of it. In Workers with nodejs_compat there is one that never tells. */
declare var process: { on?(event: 'beforeExit', listener: () => void): unknown } | undefined;
declare var navigator: { readonly userAgent?: string } | undefined;
declare var ReadableStream: { new (...of: any[]): object; from(iterable: unknown): unknown };
declare const EventTarget: {
  readonly prototype: {
    addEventListener(type: string, listener: any, ...options: unknown[]): void;
    removeEventListener(type: string, listener: any, ...options: unknown[]): void;
  };
};
declare const AbortSignal: { timeout(afterMs: number): unknown };
declare module 'node:async_hooks' {
  export class AsyncLocalStorage<T> {
    run<R>(value: T, fn: () => R): R;
    getStore(): T | undefined;
  }
}
declare module 'node:diagnostics_channel' {
  export function channel(name: string): { publish(message: unknown): void };
}
declare module 'cloudflare:workers' {
  export function waitUntil(work: Promise<unknown>): void;
}
