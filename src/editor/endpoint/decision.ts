import { readAddress, type ServerAddress } from '../../engine/endpoint/address';

/** The writer's settings and earlier answers. */
export interface Wanted {
  /** `inkling.engine.endpoint`. */
  readonly endpoint: string;
  readonly allowPlainHttp: boolean;
  /** Whether the workspace is trusted. */
  readonly isTrusted: boolean;
  /** Origins of servers that the writer has agreed to send text to. */
  readonly agreed: readonly string[];
}

export type Decision =
  | { readonly kind: 'local' }
  | { readonly kind: 'server' | 'ask'; readonly address: ServerAddress }
  | { readonly kind: 'unusable'; readonly message: string };

/**
 * Decides whether a model server is used: if one is set and the writer has agreed to it, never in Restricted Mode.
 * Agreement is per address; another server, or the same by plain http, needs another.
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
