// An HTTP server on 127.0.0.1 that can be closed at any moment, whatever hangs on it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  readonly port: number;
  /** Cuts what is still open. Afterwards the port refuses connections. */
  close(): Promise<void>;
}

/** Serves with respond. What respond throws is answered with 500 and its text. */
export async function listenOnLoopback(
  respond: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    // A connection a request: browsers send a request again by themselves when a used connection breaks, which would
    // hide a cut from the code under test.
    response.shouldKeepAlive = false;
    response.on('error', () => {}); // the client went away; the test sees that in what did not arrive
    respond(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

/** The body as far as it arrived; truncated when the connection ended before it did. */
export async function readBody(request: IncomingMessage): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // ECONNRESET: told by `truncated`.
  }
  return { bytes: Buffer.concat(chunks), truncated: !request.complete };
}
