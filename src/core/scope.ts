// The seam to a platform's way of carrying a value across callbacks. Platforms implement it; the core uses it.

/** Carries one immutable frame for one context. Frames are opaque to it. */
export interface Scope<Frame = unknown> {
  /** Runs fn with frame current, in fn and in everything asynchronous that starts in it; returns what fn returns. */
  run<T>(frame: Frame, fn: () => T): T;
  current(): Frame | undefined;
  /**
   * Makes frame current for the code of this turn, until the function that it returns is called. That function may be
   * called late, twice or out of order, and restores nothing that is not its own.
   */
  enter(frame: Frame): () => void;
}
