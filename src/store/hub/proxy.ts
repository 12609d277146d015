import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import type { ChooseAgent } from './http';

/**
 * Goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name. For the command line: in the
 * extension host VS Code's own proxy settings apply, and this must not be used there.
 */
export const proxyFromEnvironment: ChooseAgent = (url) => {
  const proxy = getProxyForUrl(url.href);
  if (proxy === '') {
    return undefined;
  }
  return url.protocol === 'https:' ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
};
