/**
 * Performs the effects of the agent's core.
 */

import { encodeProtobuf } from '../../api/protobuf';
import { errorText } from '../../model/error-text';
import type { Performers } from '../../runtime/mailbox';
import { Containers, killLeftovers } from '../containerizer/containers';
import { hostedLauncher } from '../containerizer/launcher';
import type { AgentEffect } from '../core/effects';
import { writeChanges } from './checkpoint';
import { measureLoad } from './oversubscription';
import type { AgentParts } from './parts';

/** Makes the containers, too: a stop of the agent ends them before its server. */
export function agentPerformers(parts: AgentParts): Performers<AgentEffect> {
  const { libprocess, authentication, door, workDir, checkpoint, garbage, core, end, addToken, context } =
    parts;
  const { life } = context;
  life.add(() => door.closeAll());
  const containers = createContainers(parts);
  return {
    send: ({ to, name, message }) => {
      const deliver = (): void => libprocess.send(to, name, encodeProtobuf(name, message));
      if (authentication) authentication.send(to, name, deliver);
      else deliver();
    },
    tell: ({ to, name, message }) => libprocess.send(to, name, encodeProtobuf(name, message)),
    link: ({ to }) => libprocess.link(to),
    checkpoint: ({ commit, changes }) => {
      writeChanges({ workDir, state: checkpoint }, changes).then(
        () => core.post({ kind: 'checkpointed', commit }),
        (error: unknown) => core.post({ kind: 'checkpoint.failed', commit, reason: errorText(error) }),
      );
    },
    recover: () => {
      endLeftovers(parts).then(
        () => core.post({ kind: 'recovered', containerIds: [] }),
        (error: unknown) => core.post({ kind: 'recovery.failed', reason: errorText(error) }),
      );
    },
    launch: ({ spec, executor, ...order }) => {
      // Built-in executors are in this process and need no token.
      void containers.launch({ ...order, executor, spec: executor === 'custom' ? addToken(spec) : spec });
    },
    // No isolator limits what a container has.
    update: ({ containerId }) => core.post({ kind: 'container.updated', containerId }),
    destroy: ({ containerId }) => void containers.destroy(containerId),
    event: ({ stream, event }) => door.event(stream, event),
    close: ({ stream, reason }) => door.close(stream, reason),
    answer: (effect) => door.answer(effect.request, effect),
    touch: ({ folders }) => void garbage.touch(folders),
    remove: ({ folders }) => void garbage.remove(folders),
    measure: () => void garbage.measure(),
    measureLoad: () => core.post({ kind: 'load.measured', ...measureLoad() }),
    stopped: () => end.reached(),
    abort: ({ reason }) => context.end(reason),
  };
}

/** Ends what an earlier run has left: no executor goes on from there yet. */
async function endLeftovers({ workDir, context }: AgentParts): Promise<void> {
  const leftovers = await killLeftovers(workDir);
  if (leftovers > 0) context.log.warn({ leftovers }, 'ended processes that a run before left behind');
}

/** The containers. A stop of the agent ends them, and then kills and reports processes that outlived them. */
function createContainers({ workDir, executor, core, context }: AgentParts): Containers {
  const { life, log } = context;
  const containers = new Containers({
    workDir,
    launcher: hostedLauncher(executor, context),
    post: core.post,
  });
  life.add(async () => {
    const left = await killLeftovers(workDir);
    if (left > 0) log.warn({ left }, 'ended processes that outlived their containers');
  });
  life.add(() => containers.destroyAll());
  return containers;
}
