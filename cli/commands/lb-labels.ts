/**
 * `meseta lb labels`: the reference page of labels and templates.
 */

import { referencePage } from '../../lb/edge/reference/main';
import { flagCommand } from '../command';

export const lbLabels = flagCommand({
  flags: {},
  run: async (_parsed, terminal) => {
    terminal.out(referencePage());
    return 0;
  },
});
