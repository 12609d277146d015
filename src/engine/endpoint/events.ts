import { createParser } from 'eventsource-parser';

/** An event that a server sends. */
export interface ServerEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/** Of one event; a token with all that is told of it has some kilobytes. */
const MOST_OF_EVENT = 2 ** 24;

/** Reads server-sent events, however the text that they stand in is cut. */
export class EventReader {
  /** An event is longer than any should be. */
  isEndless = false;
  readonly #waiting: ServerEvent[] = [];
  readonly #parser = createParser({
    maxBufferSize: MOST_OF_EVENT,
    onEvent: (event) => this.#waiting.push(event),
    onError: ({ type, field, value = '' }) => {
      this.isEndless ||= type === 'max-buffer-size-exceeded';
      // So llama.cpp told of errors once.
      if (field === 'error') this.#waiting.push({ event: 'error', data: value });
    },
  });

  /** @returns the events that are complete with this text */
  read(text: string): ServerEvent[] {
    if (!this.isEndless) this.#parser.feed(text);
    return this.#waiting.splice(0);
  }
}
