/**
 * `meseta state accept FOLDER`: accepts a store that refused to open because data is missing.
 */

import { acceptLocal } from '../../cluster/state/accept';
import { type Command, flagCommand } from '../command';

export const accept: Command = flagCommand({
  flags: {},
  positionals: ['folder'],
  run: async ({ positionals: [folder = ''] }, terminal) => {
    const { variables, commits, copy } = await acceptLocal(folder);
    terminal.out(
      `${folder} is taken as it is: ${variables} variables are left after ${commits} commits.\n` +
        `The files as they were are in ${copy}; remove them when they are not needed.\n`,
    );
    return 0;
  },
});
