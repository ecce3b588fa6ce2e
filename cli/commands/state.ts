/**
 * `meseta state export|import COMPONENT FILE`: the state of a component as one file with a checksum, and back; and
 * `meseta state accept FOLDER`: accepts a store that refused to open because data is missing.
 */

import { MASTER_STATE } from '../../cluster/master/main';
import { errorText } from '../../cluster/model/error-text';
import { text, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { acceptLocal } from '../../cluster/state/accept';
import {
  type ComponentState,
  checkForm,
  checkVariables,
  savedVariables,
} from '../../cluster/state/component-state';
import { readStateFile, writeStateFile } from '../../cluster/state/state-file';
import { zkUrlFlag } from '../../cluster/zookeeper/edge/flag';
import { CHRONOS_STATE } from '../../frameworks/chronos/main';
import { MARATHON_STATE } from '../../frameworks/marathon/main';
import { type Command, flagCommand } from '../command';
import { placeOf } from '../state-place';

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

const PLACE_FLAGS = {
  work_dir: text({ help: '--work_dir of the component, which must be stopped' }),
  zk: zkUrlFlag('ZooKeeper with the path of the component: its --zk, or --zk_hosts with --zk_path'),
};

export const exportState: Command = flagCommand({
  flags: PLACE_FLAGS,
  positionals: ['component', 'file'],
  run: async ({ flags, positionals: [component = '', file = ''] }, terminal) => {
    const state = stateOf(component);
    const place = placeOf(state, flags);
    const variables = savedVariables(state, await place.read(), place.name);
    await forOperator(writeStateFile(file, { component, variables }));
    terminal.out(`${variables.length} variables of ${component} are in ${file}\n`);
    return 0;
  },
});

export const importState: Command = flagCommand({
  flags: { ...PLACE_FLAGS, force: toggle({ help: 'replace the state that is there', fallback: false }) },
  positionals: ['component', 'file'],
  run: async ({ flags, positionals: [component = '', file = ''] }, terminal) => {
    const state = stateOf(component);
    const place = placeOf(state, flags);
    const variables = await forOperator(readStateFile(file, component));
    checkVariables(state, variables, file);
    checkForm(state, variables, file);
    await place.write(variables, flags.force);
    terminal.out(`${variables.length} variables of ${component} are in ${place.name}\n`);
    return 0;
  },
});

const STATES: readonly ComponentState[] = [MASTER_STATE, MARATHON_STATE, CHRONOS_STATE];

function stateOf(component: string): ComponentState {
  const state = STATES.find((one) => one.component === component);
  if (state) return state;
  const components = STATES.map((one) => one.component).join(', ');
  throw new UsageError(`${component} is no component with a state: one of ${components}`);
}

/** Errors of files are for the operator. */
async function forOperator<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new StartError(errorText(error));
  }
}
