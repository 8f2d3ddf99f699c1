// The Durable Object that keeps lines in SQLite, an id once, and tells the consoles that watch. Who may is decided before.
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.js';
import type { Line } from './parseLines.js';

const keptLines = 200_000;
const sweepEveryMs = 60 * 60 * 1000;
// SDKs send what they have for 14 days: an id must be known for longer than that.
const idsKeptMs = 15 * 24 * 60 * 60 * 1000;
// Far below the 32 MiB that a call to a Durable Object may answer.
// https://developers.cloudflare.com/workers/runtime-apis/rpc/#limitations
const maxPageBytes = 4 * 1024 * 1024;

/** A line and its place: in the order of arrival, and in time. */
interface StoredLine {
  seq: number;
  at: number;
  text: string;
}

/** A place between lines, newest first: before this time, or at it and arrived before. */
export interface Before {
  at: number;
  seq: number;
}

export class LineStore extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // AUTOINCREMENT: an arrival number is never given twice, also when the line that had it is gone.
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS lines (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        at INTEGER NOT NULL,
        text TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS lines_by_time ON lines (at, seq);
      CREATE TABLE IF NOT EXISTS swept (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    `);
    // Answered by the runtime, so that a console that asks whether it is still connected does not wake the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Stores each line whose id is not known yet. Once this returns, they are on disk. */
  async add(lines: Line[]): Promise<{ accepted: number; duplicates: number }> {
    const added: StoredLine[] = [];
    for (const { id, at, text } of lines) {
      if (this.#isSwept(id)) continue;
      const insert = 'INSERT INTO lines (id, at, text) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq';
      const [row] = this.#sql.exec<{ seq: number }>(insert, id, at, text);
      if (row) added.push({ seq: row.seq, at, text });
    }
    if (added.length > 0) {
      this.#broadcast(added);
      if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + sweepEveryMs);
    }
    return { accepted: added.length, duplicates: lines.length - added.length };
  }

  /** Those of ids that never arrived. */
  missing(ids: string[]): string[] {
    const isStored = (id: string) => this.#sql.exec('SELECT 1 FROM lines WHERE id = ?', id).toArray().length > 0;
    return ids.filter((id) => !isStored(id) && !this.#isSwept(id));
  }

  /** At most limit lines and 4 MiB, newest first, as JSON: `{ lines, next }`, next being the place to go on from, or null. */
  page(before: Before | null, limit: number): string {
    const { at, seq } = before ?? { at: Number.MAX_SAFE_INTEGER, seq: 0 };
    const { rows, more } = this.#select(limit, 'WHERE (at, seq) < (?, ?) ORDER BY at DESC, seq DESC', at, seq);
    const last = more ? rows.at(-1) : undefined;
    return asJson(rows, last ? `${last.at}.${last.seq}` : null);
  }

  /**
   * At most limit lines and 4 MiB that arrived after the line numbered seq, in order of arrival, as `page` gives them.
   * Null if no such number was ever given: the caller speaks of another store.
   */
  arrivedAfter(seq: number, limit: number): string | null {
    const [given] = this.#sql.exec<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'lines'");
    if (seq > (given?.seq ?? 0)) return null;
    const { rows, more } = this.#select(limit, 'WHERE seq > ? ORDER BY seq', seq);
    return asJson(rows, more ? rows.at(-1)!.seq : null);
  }

  /** Accepts a console's WebSocket; it gets every line from now on, as `{ lines }`. */
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  /** Forgets the oldest arrivals beyond what is kept; their ids are known for a while yet. */
  override alarm(): void {
    const old = 'FROM lines WHERE seq <= (SELECT max(seq) FROM lines) - ?';
    this.#sql.exec(`INSERT OR IGNORE INTO swept (id, at) SELECT id, ? ${old}`, Date.now(), keptLines);
    this.#sql.exec(`DELETE ${old}`, keptLines);
    this.#sql.exec('DELETE FROM swept WHERE at < ?', Date.now() - idsKeptMs);
  }

  #isSwept(id: string): boolean {
    return this.#sql.exec('SELECT 1 FROM swept WHERE id = ?', id).toArray().length > 0;
  }

  /** As many rows as one page takes, the first one always, and whether there are more. */
  #select(limit: number, where: string, ...bindings: number[]): { rows: StoredLine[]; more: boolean } {
    const found = this.#sql.exec<Record<'seq' | 'at' | 'bytes', number> & { text: string }>(
      `SELECT seq, at, text, length(CAST(text AS BLOB)) AS bytes FROM lines ${where} LIMIT ?`,
      ...bindings,
      limit + 1,
    );
    const rows: StoredLine[] = [];
    let pageBytes = 0;
    for (const row of found) {
      pageBytes += row.bytes;
      const fits = rows.length === 0 || (rows.length < limit && pageBytes <= maxPageBytes);
      if (!fits) return { rows, more: true };
      rows.push(row);
    }
    return { rows, more: false };
  }

  #broadcast(lines: StoredLine[]): void {
    const message = asJson(lines, null);
    for (const socket of this.ctx.getWebSockets()) {
      try {
        socket.send(message);
      } catch {
        // It is closing. The lines are stored, and a console that comes back asks for what it missed.
        socket.close(1011);
      }
    }
  }
}

/** The lines' own text is put in as it is: it is JSON already. */
function asJson(lines: StoredLine[], next: string | number | null): string {
  const texts = lines.map(({ seq, at, text }) => `{"seq":${seq},"at":${at},"line":${text}}`);
  return `{"lines":[${texts.join(',')}],"next":${JSON.stringify(next)}}`;
}
