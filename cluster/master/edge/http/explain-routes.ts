/**
 * `GET /explain/framework/ID`, `/explain/role/NAME`, `/explain/task/ID`: the reasons for missing offers, as JSON.
 * `?limit=N` limits the agents that are listed; all are counted. The same as calls of the v1 API, and the original's
 * page about offer constraints.
 */

import { queryOf, sendJson, sendText } from '../../../runtime/http/json';
import type { Handler, Request, Route } from '../../../runtime/http/server';
import { isExcluded } from '../../core/offer-constraints/constraints';
import type { Part } from '../../core/validate/operator-call';
import { explainFramework, explainRole, explainTasks } from '../../views/explain';
import type { FilteredState, ReadFilter } from '../../views/read-filter';
import { READONLY } from '../authentication';
import { type OperatorContext, readFilterFor, readFor } from './operator-door';
import type { HelperAnswer } from './operator-helpers';

/** The limit of listed agents without `?limit=N`. */
const LISTED = 1000;

type Explain = (
  state: FilteredState,
  name: string,
  look: { readonly limit: number; readonly filter: ReadFilter },
) => unknown;

const SUBJECTS = {
  framework: (state, id, { limit }) => {
    const framework = state.frameworks.get(id);
    return framework && explainFramework(state, framework, limit);
  },
  role: (state, name, { limit, filter }) =>
    filter.role(name)
      ? explainRole(state, name, { limit, sees: ({ id }) => state.frameworks.has(id) })
      : undefined,
  task: (state, id, { limit }) => {
    const tasks = explainTasks(state, id, limit);
    return tasks.length > 0 ? { tasks } : undefined;
  },
} satisfies Readonly<Record<string, Explain>>;

type Subject = keyof typeof SUBJECTS;

/** The same explanations as calls of the v1 API, in JSON and protobuf. */
export const explainFrameworkCall = (
  door: OperatorContext,
  request: Request,
  { framework_id: { value: name }, limit }: Part<'EXPLAIN_FRAMEWORK'>,
): HelperAnswer => {
  const explain_framework = look(door, request, 'framework', { name, limit });
  return explain_framework ? { type: 'EXPLAIN_FRAMEWORK', explain_framework } : notFound('framework', name);
};

export const explainRoleCall = (
  door: OperatorContext,
  request: Request,
  { role: name, limit }: Part<'EXPLAIN_ROLE'>,
): HelperAnswer => {
  const explain_role = look(door, request, 'role', { name, limit });
  return explain_role ? { type: 'EXPLAIN_ROLE', explain_role } : notFound('role', name);
};

export const explainTaskCall = (
  door: OperatorContext,
  request: Request,
  { task_id: { value: name }, limit }: Part<'EXPLAIN_TASK'>,
): HelperAnswer => {
  const explain_task = look(door, request, 'task', { name, limit });
  return explain_task ? { type: 'EXPLAIN_TASK', explain_task } : notFound('task', name);
};

/** The explanation of a subject as the sender may see it; undefined if it is unknown or hidden. */
function look<S extends Subject>(
  door: OperatorContext,
  request: Request,
  subject: S,
  { name, limit = LISTED }: { readonly name: string; readonly limit?: number | undefined },
): ReturnType<(typeof SUBJECTS)[S]> {
  const filter = readFilterFor(door, request);
  type Found = ReturnType<(typeof SUBJECTS)[S]>;
  return readFor(door, request, (state) => SUBJECTS[subject](state, name, { limit, filter }) as Found);
}

function notFound(subject: Subject, name: string): { readonly status: number; readonly text: string } {
  return { status: 404, text: `There is no ${subject} '${name}'` };
}

export function explainRoutes(door: OperatorContext): Route[] {
  return [
    ...(Object.keys(SUBJECTS) as Subject[]).map((subject) => ({
      path: `/explain/${subject}/*`,
      realm: READONLY,
      methods: { GET: answer(door, subject) },
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

function answer(door: OperatorContext, subject: Subject): Handler {
  return (request, reply) => {
    const name = nameOf(request);
    const limitText = queryOf(request)['limit'];
    const limit = limitText !== undefined && /^\d+$/.test(limitText) ? Number(limitText) : undefined;
    const explained = look(door, request, subject, { name, limit });
    if (explained === undefined) return sendText(reply, 404, notFound(subject, name).text);
    return sendJson(request, reply, JSON.stringify(explained));
  };
}

function nameOf(request: Request): string {
  return (request.params as { '*'?: string })['*'] ?? '';
}

/** Each framework with its suppressed roles and the agents that its constraints exclude, by role (Mesos 1.11). */
function constraintsDebug(state: FilteredState): unknown {
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
