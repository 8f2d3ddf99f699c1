// When a page is hidden, goes, and comes back. The events differ in order between browsers, and may repeat.

export interface PageExitHandlers {
  /** It may go without another event (developer.chrome.com/docs/web-platform/page-lifecycle-api). */
  onHidden(): void;
  /** It goes: only what is synchronous gets out. */
  onExit(): void;
  /** It is back, from the back/forward cache or from being frozen. */
  onReturn(): void;
}

/** Listens, and returns what stops listening. Never `unload`: it would cost the page its back/forward cache. */
export function watchPageExit({ onHidden, onExit, onReturn }: PageExitHandlers): () => void {
  if (typeof document === 'undefined') return () => {};
  const onVisibilityChange = (): void => {
    if (document.visibilityState === 'hidden') onHidden();
  };
  const listeners: [EventTarget, string, () => void][] = [
    [document, 'visibilitychange', onVisibilityChange],
    [window, 'pagehide', onExit], // fires on window only
    [document, 'freeze', onExit],
    [window, 'pageshow', onReturn],
    [document, 'resume', onReturn],
  ];
  // Capturing: after the application's own handlers would be better, for what they log, but they may stop the event.
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
  };
}
