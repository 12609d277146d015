import * as l10n from '@vscode/l10n';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { StoreError } from '../errors';
import type { ChooseAgent } from './http';

/**
 * Uses the HTTP, HTTPS or SOCKS proxy from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. For the command
 * line only: in the extension host VS Code's own proxy settings apply.
 * @throws StoreError for a proxy of another kind
 */
export const proxyFromEnvironment: ChooseAgent = (url) => {
  const proxy = getProxyForUrl(url.href).trim();
  if (proxy === '') {
    return undefined;
  }
  const kind = URL.canParse(proxy) ? new URL(proxy).protocol : '';
  if (kind === 'http:' || kind === 'https:') {
    return url.protocol === 'https:' ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
  }
  if (/^socks(4a?|5h?)?:$/.test(kind)) {
    return new SocksProxyAgent(proxy);
  }
  throw new StoreError(
    'network',
    kind === ''
      ? l10n.t(
          'The proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: Inkling knows http, https and socks proxies, and this address has another form.',
        )
      : l10n.t(
          'The proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: Inkling knows http, https and socks proxies, and this address begins with {0}.',
          `${kind}//`,
        ),
  );
};
