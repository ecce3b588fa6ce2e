/**
 * Performs the effects of the agent's core.
 */

import { encodeProtobuf } from '../../api/protobuf';
import { errorText } from '../../model/error-text';
import type { Logger } from '../../runtime/log';
import type { Performers } from '../../runtime/mailbox';
import type { Links } from '../../runtime/messages/links';
import type { StateStore } from '../../state/store';
import type { AgentEffect } from '../core/effects';
import { checkpointAgentId, checkpointResources } from './checkpoint';
import type { Containers } from './containerizer/containers';
import type { ExecutorDoor } from './http/executor-api';
import type { MasterAuthentication } from './master-authentication';

export interface PerformerDeps {
  readonly links: Links;
  /** Authenticates the agent with the master, when it has a credential. */
  readonly authentication: MasterAuthentication | undefined;
  readonly door: ExecutorDoor;
  readonly containers: Containers;
  readonly workDir: string;
  readonly checkpoint: StateStore;
  readonly log: Logger;
  readonly stopped: () => void;
}

export function agentPerformers({
  links,
  authentication,
  door,
  containers,
  workDir,
  checkpoint,
  log,
  stopped,
}: PerformerDeps): Performers<AgentEffect> {
  return {
    send: ({ to, name, message }) => {
      const deliver = (): void => links.send(to, name, encodeProtobuf(name, message));
      if (authentication) authentication.send(to, name, deliver);
      else deliver();
    },
    link: ({ to }) => links.link(to),
    remember: ({ agentId }) => {
      checkpointAgentId(workDir, agentId).catch((error: unknown) =>
        log.error(
          { error: errorText(error) },
          'the agent id could not be kept; a restart will be a new agent',
        ),
      );
    },
    keep: ({ resources }) => {
      checkpointResources(checkpoint, resources).catch((error: unknown) =>
        log.error({ error: errorText(error) }, 'reservations could not be kept; a restart will lose them'),
      );
    },
    launch: (order) => void containers.launch(order),
    destroy: ({ containerId }) => void containers.destroy(containerId),
    event: ({ stream, event }) => door.event(stream, event),
    close: ({ stream, reason }) => door.close(stream, reason),
    answer: ({ request, status, text }) => door.answer(request, status, text),
    stopped,
  };
}
