import { type Command, Option } from 'commander';
import type { Engine } from '../engine/api';
import { readAddress } from '../engine/endpoint/address';
import { EndpointEngine } from '../engine/endpoint/endpointEngine';
import { EngineError } from '../engine/runtime';
import type { Precision } from '../gpt2/quantise';
import { proxyFromEnvironment } from '../store/hub/proxy';
import { UsageError } from './input';
import { type ModelOptions, openEngine } from './model';

/** The server's key is read from the environment: arguments are visible in the list of processes. */
const KEY_VARIABLE = 'INKLING_SERVER_KEY';

/** The options that choose an engine: a local model or a server. */
export interface EngineOptions extends ModelOptions {
  readonly endpoint?: string;
  readonly endpointModel?: string;
  readonly allowPlainHttp?: boolean;
}

export function withServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--endpoint <url>',
        `ask a model server with OpenAI's /v1/completions instead: the text leaves this machine (its key: ${KEY_VARIABLE})`,
      ).conflicts(['model', 'precision', 'bos', 'svg', 'html', 'trace']),
    )
    .option('--endpoint-model <name>', 'the model of the server (default: the first that it lists)')
    .option('--allow-plain-http', 'send text and key over plain http to another machine');
}

/**
 * Opens the engine given by the options.
 * @throws UsageError, EngineError when it cannot be used
 */
export async function openAnyEngine(options: EngineOptions, precision: Precision): Promise<Engine> {
  const { endpoint, endpointModel = '', allowPlainHttp = false } = options;
  if (endpoint === undefined) {
    if (endpointModel !== '' || allowPlainHttp) {
      throw new UsageError('--endpoint-model and --allow-plain-http go with --endpoint.');
    }
    return openEngine(options, precision);
  }
  const key = process.env[KEY_VARIABLE] ?? '';
  const address = addressOf(endpoint, allowPlainHttp);
  // Requests to this machine bypass the proxy.
  const chooseAgent = address.isHere ? undefined : proxyFromEnvironment;
  const engine = new EndpointEngine({ address, key, model: endpointModel, ...(chooseAgent && { chooseAgent }) });
  try {
    await engine.info();
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  return engine;
}

function addressOf(endpoint: string, allowPlainHttp: boolean) {
  try {
    return readAddress(endpoint, allowPlainHttp);
  } catch (error) {
    throw error instanceof EngineError ? new UsageError(error.message) : error;
  }
}
