// Which writers of this site are alive, asked over a BroadcastChannel: it costs a page no back/forward cache.

export interface Tabs {
  /** Resolves with the writers that answered within half a second; a frozen or killed page does not. */
  livingWriters(): Promise<ReadonlySet<string>>;
  /** From now on nobody is answered: the page may be frozen, and in Chromium a message to a cached page costs it the cache. */
  leave(): void;
  /** The page is back. */
  join(): void;
}

export interface TabsOptions {
  bufferName: string;
  writerName: string;
  /** `undefined` where there are no channels. */
  createChannel(name: string): BroadcastChannel | undefined;
  after(fn: () => void, ms: number): void;
}

type Message = { readonly ask: true } | { readonly alive: string };

const answerWithinMs = 500;

export function createTabs({ bufferName, writerName, createChannel, after }: TabsOptions): Tabs {
  const living = new Set<string>();
  let channel: BroadcastChannel | undefined;
  const say = (message: Message): void => channel?.postMessage(message);
  function join(): void {
    if (channel) return;
    channel = createChannel(`timberlog ${bufferName}`);
    if (!channel) return;
    (channel as { unref?(): void }).unref?.(); // Node would stay for it
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if ('alive' in data) living.add(data.alive);
      else say({ alive: writerName });
    };
  }
  join();
  return {
    livingWriters() {
      living.clear();
      say({ ask: true });
      say({ alive: writerName }); // a page that asked just before is told of us too
      return new Promise((resolve) => after(() => resolve(living), channel ? answerWithinMs : 0));
    },
    join,
    leave() {
      channel?.close();
      channel = undefined;
    },
  };
}
