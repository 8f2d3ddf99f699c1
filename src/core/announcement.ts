// What an endpoint has said of itself, by the response header `Timberlog-Collector: 1, gzip, receipts`.

export interface Announcement {
  /** The header as it was last seen; empty where it never was. */
  readonly text: string;
  can(ability: 'gzip' | 'receipts'): boolean;
  /** An answer that acknowledged had the header, or an earlier page has told of it. */
  hear(text: string): void;
}

export function createAnnouncement(onNews: (text: string) => void = () => {}): Announcement {
  let text = '';
  return {
    get text() {
      return text;
    },
    can: (ability) => text.split(/[\s,]+/).includes(ability),
    hear(said) {
      if (said === text) return;
      text = said;
      onNews(said);
    },
  };
}
