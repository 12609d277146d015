import { readAddress, type ServerAddress } from '../../engine/endpoint/address';

/** What the writer's settings say, and what the writer has said before. */
export interface Wanted {
  /** `inkling.engine.endpoint`. */
  readonly endpoint: string;
  readonly allowPlainHttp: boolean;
  /** Whether the workspace is trusted. */
  readonly isTrusted: boolean;
  /** Addresses of servers that the writer has agreed to send text to. */
  readonly agreed: readonly string[];
}

export type Decision =
  | { readonly kind: 'local' }
  | { readonly kind: 'server' | 'ask'; readonly address: ServerAddress }
  | { readonly kind: 'unusable'; readonly message: string };

/**
 * Whether a model server is asked: where one is named and the writer has agreed to it, never in Restricted Mode. Agreement
 * is to an address, so that another server, or the same by plain http, is another question.
 */
export function decide({ endpoint, allowPlainHttp, isTrusted, agreed }: Wanted): Decision {
  if (endpoint.trim() === '' || !isTrusted) return { kind: 'local' };
  try {
    const address = readAddress(endpoint, allowPlainHttp);
    return { kind: agreed.includes(address.root.href) ? 'server' : 'ask', address };
  } catch (error) {
    return { kind: 'unusable', message: (error as Error).message };
  }
}
