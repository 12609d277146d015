import { createParser } from 'eventsource-parser';

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
