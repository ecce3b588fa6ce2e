/**
 * `GET /explain/framework/ID`, `/explain/role/NAME`, `/explain/task/ID`: why somebody gets nothing, as JSON.
 * With `?limit=N` at most N agents are listed; all are counted. And the original's page about offer
 * constraints.
 */

import { queryOf, sendJson, sendText } from '../../../runtime/http/json';
import type { Handler, Request, Route } from '../../../runtime/http/server';
import type { Sight } from '../../core/authorize/sight';
import { isExcluded } from '../../core/offer-constraints/constraints';
import type { MasterState } from '../../core/state';
import { explainFramework, explainRole, explainTasks } from '../../core/views/explain';
import { READONLY } from '../authentication';
import { type OperatorDoor, readFor, sightFor } from './operator-door';

/** Agents that are listed unless told otherwise. */
const LISTED = 1000;

type Explain = (
  state: MasterState,
  name: string,
  look: { readonly limit: number; readonly sight: Sight },
) => unknown;

const SUBJECTS: Readonly<Record<string, Explain>> = {
  framework: (state, id, { limit }) => {
    const framework = state.frameworks.get(id);
    return framework && explainFramework(state, framework, limit);
  },
  role: (state, name, { limit, sight }) =>
    sight.role(name)
      ? explainRole(state, name, { limit, sees: ({ id }) => state.frameworks.has(id) })
      : undefined,
  task: (state, id, { limit }) => {
    const tasks = explainTasks(state, id, limit);
    return tasks.length > 0 ? { tasks } : undefined;
  },
};

export function explainRoutes(door: OperatorDoor): Route[] {
  return [
    ...Object.entries(SUBJECTS).map(([subject, explain]) => ({
      path: `/explain/${subject}/*`,
      realm: READONLY,
      methods: { GET: answer(door, subject, explain) },
    })),
    {
      path: '/allocator/offer_constraints_debug',
      realm: READONLY,
      methods: {
        GET: (request, reply) =>
          sendJson(request, reply, JSON.stringify(readFor(door, request, constraintsDebug))),
      },
    },
  ];
}

function answer(door: OperatorDoor, subject: string, explain: Explain): Handler {
  return (request, reply) => {
    const name = nameOf(request);
    const sight = sightFor(door, request);
    const given = queryOf(request)['limit'];
    const limit = given !== undefined && /^\d+$/.test(given) ? Number(given) : LISTED;
    const explained = readFor(door, request, (state) => explain(state, name, { limit, sight }));
    if (explained === undefined) return sendText(reply, 404, `There is no ${subject} '${name}'`);
    return sendJson(request, reply, JSON.stringify(explained));
  };
}

function nameOf(request: Request): string {
  return (request.params as { '*'?: string })['*'] ?? '';
}

/** By framework: roles without offers, and agents that its constraints exclude (Mesos 1.11). */
function constraintsDebug(state: MasterState): unknown {
  const agents = [...state.allocator.agents.values()];
  const frameworks = [...state.frameworks.values()].map(({ id, roles, suppressedRoles, constraints }) => {
    const excluded = roles.map((role) => [
      role,
      agents.filter(({ facts }) => isExcluded(constraints, role, facts)).map((agent) => agent.id),
    ]);
    return [
      id,
      {
        suppressed_roles: [...suppressedRoles],
        excluded_by_attribute_constraints: Object.fromEntries(excluded),
      },
    ];
  });
  return { frameworks: Object.fromEntries(frameworks) };
}
