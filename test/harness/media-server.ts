import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCanvas } from '@napi-rs/canvas';

/** A web server on loopback whose files a test names: what callers put into requests. */
export interface MediaServer {
  readonly url: string;
  /** For ONEREEL_FETCH_ALLOW. */
  readonly hostPort: string;
  /** Serves bytes under a name from now on; answers the address. */
  put(name: string, file: { readonly mediaType: string; readonly bytes: Uint8Array }): string;
  /** Names that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startMediaServer(): Promise<MediaServer> {
  const files = new Map<string, { readonly mediaType: string; readonly bytes: Uint8Array }>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://media').pathname.slice(1);
    asked.push(name);
    const file = files.get(name);
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.mediaType, 'content-length': file.bytes.length }).end(file.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has a port
  return {
    url: `http://${hostPort}`,
    hostPort,
    put: (name, file) => {
      files.set(name, file);
      return `http://${hostPort}/${name}`;
    },
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A picture whose four quarters have different colours, so that turning, cutting or stretching it shows. */
export function pngOf({ width, height, hue = 0 }: { width: number; height: number; hue?: number }): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  for (const [index, light] of [25, 45, 65, 85].entries()) {
    context.fillStyle = `hsl(${hue + index * 60}, 70%, ${light}%)`;
    context.fillRect(((index % 2) * width) / 2, (Math.floor(index / 2) * height) / 2, width / 2, height / 2);
  }
  return canvas.toBuffer('image/png');
}
