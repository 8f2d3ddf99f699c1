// The few globals that browsers, Workers, Node, Deno and Bun share. The core is compiled without DOM: it sees no more.

declare class URL {
  constructor(url: string | URL, base?: string | URL);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly hash: string;
  readonly host: string;
  readonly pathname: string;
  readonly username: string;
  readonly password: string;
  readonly searchParams: { set(name: string, value: string): void };
}
declare const console: { warn(...values: unknown[]): void };
declare function queueMicrotask(callback: () => void): void;
declare class AbortController {
  readonly signal: { readonly aborted: boolean };
  abort(): void;
}
