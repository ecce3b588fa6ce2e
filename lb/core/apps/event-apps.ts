/** Tells which apps an event of Marathon is about, so that only those are read again. */

type Json = Readonly<Record<string, unknown>>;

/** The ids of the apps; `all` when the event does not name any. */
export function appsOfEvent(data: string): readonly string[] | 'all' {
  let event: Json;
  try {
    event = JSON.parse(data) as Json;
  } catch {
    return 'all';
  }
  if (typeof event !== 'object' || event === null) return 'all';
  const ids = new Set<string>();
  const add = (id: unknown): void => {
    if (typeof id === 'string' && id.startsWith('/')) ids.add(id);
  };
  add(event['appId']);
  add(event['runSpecId']);
  add(object(event['appDefinition'])['id']);
  const { steps } = object(event['plan']);
  for (const step of Array.isArray(steps) ? steps : []) {
    const { actions } = object(step);
    for (const action of Array.isArray(actions) ? actions : []) add(object(action)['app']);
  }
  return ids.size > 0 ? [...ids] : 'all';
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
