// What must not outlive this process is undone when it ends, also when it is told to, or loses the process above it.
// Only what runs at once can be: by then nothing waits any more.

const undoing = new Set<() => void>();

/** Calls undo if this process ends first. Call what it returns when all is undone in the ordinary way. */
export function undoAtExit(undo: () => void): () => void {
  if (undoing.size === 0) listen();
  undoing.add(undo);
  return () => {
    undoing.delete(undo);
    if (undoing.size === 0) ignore();
  };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function listen() {
  process.on('exit', undoAll).on('disconnect', undoAll);
  for (const signal of signals) process.on(signal, endWith);
}

function ignore() {
  process.off('exit', undoAll).off('disconnect', undoAll);
  for (const signal of signals) process.off(signal, endWith);
}

function undoAll() {
  // The last first: a program ends before its folder goes.
  for (const undo of [...undoing].reverse()) undo();
  undoing.clear();
  ignore();
}

function endWith(signal: NodeJS.Signals) {
  undoAll();
  process.kill(process.pid, signal); // now as if nobody had listened: in a vitest worker process.exit throws
}
