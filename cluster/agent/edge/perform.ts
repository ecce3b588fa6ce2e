/**
 * Performs the effects of the agent's core.
 */

import { encodeProtobuf } from '../../api/protobuf';
import { errorText } from '../../model/error-text';
import type { Performers } from '../../runtime/mailbox';
import type { AgentEffect } from '../core/state/effects';
import { earlierIds } from './executors/create-containerizer';
import { ExecutorContainers } from './executors/executor-containers';
import { measureLoad } from './flags/oversubscription';
import type { AgentParts } from './parts';
import { writeChanges } from './work-folder/checkpoint';
import { OwnedNames } from './work-folder/checkpoint-entries';

const WAY_ON = 'Tasks go on; start the agent again once the cause is gone';

/** Makes the containers, too: a stop of the agent lets go of them, or ends them, before its server ends. */
export function agentPerformers(parts: AgentParts): Performers<AgentEffect> {
  const {
    libprocess,
    authentication,
    door,
    workDir,
    checkpoint,
    garbage,
    core,
    end,
    addToken,
    defaultContainer,
    context,
  } = parts;
  const { life } = context;
  life.add(() => door.breakOffAll());
  const containers = createContainers(parts);
  const owned = new OwnedNames(checkpoint);
  life.add(() => (end.isFinal ? parts.operatorContainers.destroyAll() : undefined));
  life.add(() => (end.isFinal ? containers.destroyAll() : containers.stop()));
  return {
    send: ({ to, name, message }) => {
      const deliver = (): void => libprocess.send(to, name, encodeProtobuf(name, message));
      if (authentication) authentication.send(to, name, deliver);
      else deliver();
    },
    tell: ({ to, name, message }) => libprocess.send(to, name, encodeProtobuf(name, message)),
    link: ({ to }) => libprocess.link(to),
    checkpoint: ({ commit, changes }) => {
      writeChanges({ workDir, state: checkpoint, owned }, changes).then(
        () => core.post({ kind: 'checkpointed', commit }),
        (error: unknown) => core.post({ kind: 'checkpoint.failed', commit, reason: errorText(error) }),
      );
    },
    recover: (effect) => {
      containers
        .recover(effect)
        .then(() => parts.operatorContainers.recovered())
        .catch((error: unknown) => core.post({ kind: 'recovery.failed', reason: errorText(error) }));
    },
    launch: ({ spec, executor, ...order }) => {
      const contained = { ...spec, container: spec.container ?? defaultContainer };
      // Built-in executors are in this process and need no token.
      void containers.launch({
        ...order,
        executor,
        spec: executor === 'custom' ? addToken(contained) : contained,
      });
    },
    update: (effect) => {
      const { containerId } = effect;
      containers.update(effect).then(
        () => core.post({ kind: 'container.updated', containerId }),
        (error: unknown) => core.post({ kind: 'container.updated', containerId, reason: errorText(error) }),
      );
    },
    destroy: ({ containerId }) => void containers.destroy(containerId),
    event: ({ stream, event }) => door.event(stream, event),
    close: ({ stream, reason }) => door.close(stream, reason),
    answer: (effect) => door.answer(effect.request, effect),
    touch: ({ folders }) => garbage.touch(folders),
    remove: ({ folders }) => void garbage.remove(folders),
    measure: () => void garbage.measure(),
    measureLoad: () => core.post({ kind: 'load.measured', ...measureLoad() }),
    stopped: () => end.reached(),
    abort: ({ reason }) => context.end(end.isFinal ? reason : `${reason}. ${WAY_ON}`),
  };
}

function createContainers({
  executor,
  door,
  containerizer,
  runtimeDir,
  libprocess,
  shutdownGraceMs,
  dockerStopMs,
  core,
  context,
}: AgentParts): ExecutorContainers {
  const { clock, log, metrics } = context;
  return new ExecutorContainers({
    containerizer,
    host: (order) => executor(order, { agent: door.local, containers: containerizer, clock, log, metrics }),
    earlierIds: () => earlierIds(runtimeDir),
    post: core.post,
    ip: libprocess.address.host,
    shutdownGraceMs,
    dockerStopMs,
    log,
  });
}
