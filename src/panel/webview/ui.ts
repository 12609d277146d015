import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromPanel } from '../protocol';
import type { Action, State } from './state';

/** Context of all components: the state, and the functions to change it and to message the host. */
export interface Ui {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly post: (message: FromPanel) => void;
}

export const UiContext = createContext<Ui | null>(null);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (!ui) throw new Error('useUi is called outside the view.');
  return ui;
}
