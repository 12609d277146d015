import * as l10n from '@vscode/l10n';
import { render } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { setLanguage } from '../../core/text/locale';
import { type FromPanel, readToPanel, TEXTS } from '../protocol';
import { App } from './app';
import { copyPng, pngOf } from './exporting';
import './panel.css';
import { restore } from './preferences';
import { initialState, reduce, toSave } from './state';
import { UiContext } from './ui';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();

function Root() {
  const [state, dispatch] = useReducer(reduce, restore(vscode.getState()), initialState);
  useEffect(() => {
    const receive = (event: MessageEvent) => {
      const message = readToPanel(event.data);
      if (message?.type === 'rasterise') {
        const { request, svg, copy } = message;
        const answer = (png: string) => vscode.postMessage({ type: 'rasterised', request, png });
        void (copy ? pngOf(svg).then(copyPng) : pngOf(svg)).then(answer, () => answer(''));
      } else if (message) dispatch({ type: 'message', message });
    };
    window.addEventListener('message', receive);
    vscode.postMessage({ type: 'ready' });
    return () => window.removeEventListener('message', receive);
  }, []);
  useEffect(() => {
    vscode.setState(toSave(state));
  }, [state.preferences, state.tried, state.at, state.triedAt]);
  const { learnt } = state.preferences;
  useEffect(() => {
    if (learnt.length > 0) vscode.postMessage({ type: 'learnt', steps: learnt });
  }, [learnt]);
  return (
    <UiContext.Provider value={{ state, dispatch, post: (message) => vscode.postMessage(message) }}>
      <App />
    </UiContext.Provider>
  );
}

l10n.config({ contents: document.getElementById(TEXTS)?.textContent || '{}' });
setLanguage(document.documentElement.lang);
render(<Root />, document.body);
