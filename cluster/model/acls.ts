/**
 * Access control lists in Mesos' JSON (Mesos 1.11, acls.proto).
 *
 * There is a list of rules for each action; a rule has principals and objects. The first rule that matches
 * decides, and `permissive` when none does.
 */

export type Entity =
  | { readonly type: 'SOME'; readonly values: readonly string[] }
  | { readonly type: 'ANY' }
  | { readonly type: 'NONE' };

export interface Rule {
  readonly principals: Entity;
  readonly objects: Entity;
}

interface ListKind {
  /** The member of the rule that names the objects. */
  readonly objects: string;
  /** Roles nest: `eng/%` in a rule is every role below `eng`. */
  readonly nested?: true;
  /** The objects have no names: ANY or NONE alone. */
  readonly nameless?: true;
}

const roles: ListKind = { objects: 'roles', nested: true };
const users: ListKind = { objects: 'users' };
const nameless = (objects: string): ListKind => ({ objects, nameless: true });

/** Every list, by its name in the JSON. */
export const ACL_LISTS = {
  register_frameworks: roles,
  register_agents: nameless('agents'),
  run_tasks: users,
  teardown_frameworks: { objects: 'framework_principals' },
  reserve_resources: roles,
  unreserve_resources: { objects: 'reserver_principals' },
  create_volumes: roles,
  destroy_volumes: { objects: 'creator_principals' },
  resize_volumes: roles,
  create_block_disks: roles,
  destroy_block_disks: roles,
  create_mount_disks: roles,
  destroy_mount_disks: roles,
  destroy_raw_disks: roles,
  get_endpoints: { objects: 'paths' },
  get_quotas: roles,
  update_quotas: roles,
  update_weights: roles,
  view_roles: roles,
  view_frameworks: users,
  view_tasks: users,
  view_executors: users,
  view_containers: users,
  view_flags: nameless('flags'),
  access_sandboxes: users,
  access_mesos_logs: nameless('logs'),
  set_log_level: nameless('level'),
  launch_nested_containers_as_user: users,
  launch_nested_containers_under_parent_with_user: users,
  launch_nested_container_sessions_as_user: users,
  launch_nested_container_sessions_under_parent_with_user: users,
  kill_nested_containers: users,
  wait_nested_containers: users,
  remove_nested_containers: users,
  attach_containers_input: users,
  attach_containers_output: users,
  launch_standalone_containers: nameless('users'),
  kill_standalone_containers: nameless('users'),
  wait_standalone_containers: nameless('users'),
  remove_standalone_containers: nameless('users'),
  view_standalone_containers: nameless('users'),
  get_maintenance_schedules: nameless('machines'),
  update_maintenance_schedules: nameless('machines'),
  start_maintenances: nameless('machines'),
  stop_maintenances: nameless('machines'),
  get_maintenance_statuses: nameless('machines'),
  drain_agents: nameless('agents'),
  deactivate_agents: nameless('agents'),
  reactivate_agents: nameless('agents'),
  mark_agents_gone: nameless('agents'),
  modify_resource_provider_configs: nameless('resource_providers'),
  mark_resource_providers_gone: nameless('resource_providers'),
  view_resource_providers: nameless('resource_providers'),
  prune_images: nameless('images'),
} as const satisfies Record<string, ListKind>;

export type AclList = keyof typeof ACL_LISTS;

export interface Acls {
  readonly permissive: boolean;
  readonly rules: Readonly<Partial<Record<AclList, readonly Rule[]>>>;
}

/** Endpoints that `get_endpoints` may close. */
const ENDPOINTS = [
  '/containers',
  '/containerizer/debug',
  '/files/debug',
  '/logging/toggle',
  '/metrics/snapshot',
  '/monitor/statistics',
];

export type AclsResult = { readonly acls: Acls } | { readonly error: string };

/**
 * Reads ACLs from parsed JSON. A misspelt list is an error; the original ignores it, and allows what it was
 * to forbid.
 */
export function readAcls(json: unknown): AclsResult {
  if (!isObject(json)) return { error: 'expected a JSON object' };
  const rules: Partial<Record<AclList, readonly Rule[]>> = {};
  const { permissive = true } = json;
  if (typeof permissive !== 'boolean') return { error: '"permissive" must be true or false' };
  for (const [name, list] of Object.entries(json)) {
    if (name === 'permissive') continue;
    if (!isList(name)) return { error: `"${name}" is not a list of rules; there are ${listNames()}` };
    if (!Array.isArray(list)) return { error: `"${name}" must be a list of rules` };
    const read: Rule[] = [];
    for (const [index, rule] of list.entries()) {
      const result = readRule(name, rule);
      if (typeof result === 'string') return { error: `${name}[${index}]: ${result}` };
      read.push(...split(name, result));
    }
    rules[name] = read;
  }
  return { acls: { permissive, rules } };
}

function isList(name: string): name is AclList {
  return Object.hasOwn(ACL_LISTS, name);
}

function listNames(): string {
  return Object.keys(ACL_LISTS).join(', ');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRule(list: AclList, json: unknown): Rule | string {
  const kind: ListKind = ACL_LISTS[list];
  if (!isObject(json)) return 'expected an object';
  const principals = readEntity(json['principals']);
  if (typeof principals === 'string') return `"principals" ${principals}`;
  const objects = readEntity(json[kind.objects]);
  if (typeof objects === 'string') return `"${kind.objects}" ${objects}`;
  if (kind.nameless && objects.type === 'SOME') return `"${kind.objects}" must be of type ANY or NONE`;
  if (list === 'get_endpoints' && objects.type === 'SOME') {
    const wrong = objects.values.find((path) => !ENDPOINTS.includes(path));
    if (wrong !== undefined) return `"${wrong}" is none of ${ENDPOINTS.join(', ')}`;
  }
  return { principals, objects };
}

function readEntity(json: unknown): Entity | string {
  if (!isObject(json)) return 'is missing: expected {"type": "ANY"} or {"values": [...]}';
  const { type = 'SOME', values = [] } = json;
  if (type === 'ANY' || type === 'NONE') return { type };
  if (type !== 'SOME') return 'must have the type ANY, NONE or SOME';
  if (!Array.isArray(values)) return 'must have "values", a list of texts';
  const texts = values.filter((value): value is string => typeof value === 'string');
  return texts.length === values.length ? { type, values: texts } : 'must have "values", a list of texts';
}

/**
 * Makes a rule of its own of each `role/%` in lists of roles, before the plain ones. The meaning of the rules
 * stays the same.
 */
function split(list: AclList, rule: Rule): Rule[] {
  const kind: ListKind = ACL_LISTS[list];
  const { principals, objects } = rule;
  if (!kind.nested || objects.type !== 'SOME') return [rule];
  const nested = objects.values.filter((value) => value.endsWith('/%'));
  const plain = objects.values.filter((value) => !value.endsWith('/%'));
  const only = (values: readonly string[]): Rule => ({ principals, objects: { type: 'SOME', values } });
  return [...nested.map((value) => only([value])), ...(plain.length > 0 ? [only(plain)] : [])];
}
