import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';

/** What an answer holds, also where a gateway packs it although nobody asked for that. */
export function unpacked(response: IncomingMessage): Readable {
  const coding = (response.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return response;
  // Whoever reads hears how it ended.
  return pipeline(response, coding === 'br' ? createBrotliDecompress() : createUnzip(), () => {});
}
