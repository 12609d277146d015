import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromPanel } from '../protocol';
import type { Action, State } from './state';

/** What every part of the view works with: the state, and the two things that can be done about it. */
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
