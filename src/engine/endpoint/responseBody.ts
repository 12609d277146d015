import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { createParser } from 'eventsource-parser';
import { parsePythonJson } from '../../core/text/pythonJson';

/** A server-sent event. */
export interface ServerEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/** Limit of one event, in UTF-16 units; a token with its alternatives takes some kilobytes. */
const MOST_OF_EVENT = 2 ** 24;

/** Parses server-sent events from text in arbitrary chunks. */
export class EventReader {
  /** Set when an event exceeds the limit. */
  isEndless = false;
  readonly #waiting: ServerEvent[] = [];
  readonly #parser = createParser({
    maxBufferSize: MOST_OF_EVENT,
    onEvent: (event) => this.#waiting.push(event),
    onError: ({ type, field, value = '' }) => {
      this.isEndless ||= type === 'max-buffer-size-exceeded';
      // Older llama.cpp reports errors in this field.
      if (field === 'error') this.#waiting.push({ event: 'error', data: value });
    },
  });

  /** @returns the events that this chunk completes */
  read(text: string): ServerEvent[] {
    if (!this.isEndless) this.#parser.feed(text);
    return this.#waiting.splice(0);
  }
}

/** Stands for the logarithm of 0 in servers that write strict JSON. */
const LOG_OF_ZERO = '-9999';

/**
 * Parses JSON as Python writes it, where the logarithm of 0 is `-Infinity`.
 * @throws SyntaxError
 */
export function readJson(text: string): unknown {
  return parsePythonJson(text, (number) => (number === '-Infinity' ? LOG_OF_ZERO : 'null'));
}

/** The decoded body: some gateways compress although nobody asked for it. */
export function unpacked(response: IncomingMessage): Readable {
  const coding = (response.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return response;
  // The reader gets stream errors itself.
  return pipeline(response, coding === 'br' ? createBrotliDecompress() : createUnzip(), () => {});
}
