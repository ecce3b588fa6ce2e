/**
 * The events and effects of one container.
 */

import type { CommonEffect, Stamped, Unstamped, Woke } from '../../../model/event';
import type { ExitStatus } from '../../../model/exit-status';
import type { Limitation, Termination } from '../../core/state/container-spec';

/** The steps of a launch and of a destroy. Each is an effect, answered by `done` or `failed`. */
export type Step = LaunchStep | DestroyStep;

/** In their order. */
export type LaunchStep =
  /** Makes the root file system of its image. */
  | 'provision'
  /** The isolators prepare, one after the other. */
  | 'prepare'
  /** Makes the process, which waits. */
  | 'create'
  | 'isolate'
  /** Fetches the URIs of the command into the sandbox, and pulls the image that the launcher needs. */
  | 'fetch'
  /** Lets the program run. */
  | 'start';

/** In their order. */
export type DestroyStep =
  /** Looks for limits that the container went beyond before its program ended. */
  | 'inspect'
  /** Kills all processes. */
  | 'kill'
  /** The isolators clean up, in reverse. */
  | 'cleanup'
  /** Removes the root file system. */
  | 'deprovision';

export type ContainerBoot =
  | { readonly mode: 'launch' }
  /** It was started in an earlier run of the agent. */
  | { readonly mode: 'adopt' }
  /** Whatever is left of it has to go, and this is its end. */
  | { readonly mode: 'clean'; readonly termination: Termination }
  /** It was cleaned up in an earlier run of the agent. */
  | { readonly mode: 'ended'; readonly termination: Termination };

export interface ContainerEvents {
  /** Begins with what the boot value says. */
  begin: Record<never, never>;
  done: { readonly step: Step; readonly limitation?: Limitation | undefined };
  failed: { readonly step: Step; readonly reason: string };
  /** The program has ended; undefined when nobody can tell how. */
  exited: { readonly status: ExitStatus | undefined };
  /** An isolator saw that the container went beyond a limit. */
  limited: { readonly limitation: Limitation };
  destroy: Record<never, never>;
  woke: Woke;
}

export type ContainerEvent = Stamped<ContainerEvents>;
export type EventOf<K extends keyof ContainerEvents> = Stamped<ContainerEvents, K>;
export type ContainerInput = Unstamped<ContainerEvents>;

export type ContainerEffect =
  | CommonEffect
  | { readonly [S in Step]: { readonly kind: S } }[Step]
  /** Makes the step that is under way fail: it makes or starts the process, or fetches, which takes too long. */
  | { readonly kind: 'interrupt' }
  /** From now on the isolators watch it. */
  | { readonly kind: 'watch' }
  /** The launch is done: its program runs. */
  | { readonly kind: 'launched' }
  /** Everything is cleaned up. Nothing follows. */
  | { readonly kind: 'ended'; readonly termination: Termination };
