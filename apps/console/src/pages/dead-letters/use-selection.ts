import { useState } from 'preact/hooks';
import type { LetterPosition } from '../../api/letters.js';

/** The letters that are chosen by hand. */
export interface Selection {
  readonly positions: readonly LetterPosition[];
  readonly has: (position: LetterPosition) => boolean;
  readonly set: (positions: readonly LetterPosition[], chosen: boolean) => void;
  readonly clear: () => void;
}

const keyOf = ({ partition, offset }: LetterPosition) => `${partition}/${offset}`;

/** @param about what they are chosen from; a choice among other letters begins anew */
export function useSelection(about: string): Selection {
  const [state, setState] = useState({ about, chosen: new Map<string, LetterPosition>() });
  const chosen = state.about === about ? state.chosen : new Map<string, LetterPosition>();
  return {
    positions: [...chosen.values()],
    has: (position) => chosen.has(keyOf(position)),
    set(positions, isChosen) {
      const next = new Map(chosen);
      for (const { partition, offset } of positions) {
        if (isChosen) next.set(keyOf({ partition, offset }), { partition, offset });
        else next.delete(keyOf({ partition, offset }));
      }
      setState({ about, chosen: next });
    },
    clear: () => setState({ about, chosen: new Map() }),
  };
}
