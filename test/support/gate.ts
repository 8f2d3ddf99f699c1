// A promise that a test settles when it wants: slow answers wait for one.

export interface Gate {
  /** Resolves once open() has been called. */
  readonly opened: Promise<void>;
  open(): void;
}

/** @example const gate = createGate(); collector.answer({ until: gate.opened }); …; gate.open(); */
export function createGate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
