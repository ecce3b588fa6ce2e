/**
 * What a principal sees of an agent: the state without the frameworks, executors and tasks it may not view.
 */

import type { Acls } from '../../model/acls';
import { isAllowed, thing } from '../../model/authorizer';
import type { Principal } from '../../model/principal';
import type { AgentFramework, AgentState, Executor } from '../core/state';

/** The state as a principal sees it; without ACLs it is the same. */
export function agentSeenBy(
  state: AgentState,
  acls: Acls | undefined,
  sender: Principal | undefined,
): AgentState {
  if (!acls) return state;
  const frameworks = [...state.frameworks]
    .filter(([, { info }]) => isAllowed(acls, 'view_frameworks', sender, thing(info.user)))
    .map(([id, framework]): [string, AgentFramework] => [id, shown(acls, sender, framework)]);
  return { ...state, frameworks: new Map(frameworks) };
}

function shown(acls: Acls, sender: Principal | undefined, framework: AgentFramework): AgentFramework {
  const userOf = (own: string | undefined): string => own ?? framework.info.user;
  const seesTask = (user: string | undefined): boolean =>
    isAllowed(acls, 'view_tasks', sender, thing(userOf(user)));
  const executors = [...framework.executors]
    .filter(([, { info }]) => isAllowed(acls, 'view_executors', sender, thing(userOf(info.command?.user))))
    .map(([id, executor]): [string, Executor] => {
      const tasks = [...executor.tasks].filter(([, { info }]) => seesTask(info.command?.user));
      const queued = [...executor.queued].filter(([, info]) => seesTask(info.command?.user));
      return [id, { ...executor, tasks: new Map(tasks), queued: new Map(queued) }];
    });
  return { ...framework, executors: new Map(executors) };
}
