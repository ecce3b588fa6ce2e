/** The OpenAPI document against the routes and the readers of the API. */

import type { Route } from '../../../../cluster/runtime/http/server';
import { marathonDocument } from '../../../../frameworks/marathon/api/document';
import { OPERATIONS } from '../../../../frameworks/marathon/api/operations';
import type { RestContext } from '../../../../frameworks/marathon/edge/rest/context';
import { marathonRoutes } from '../../../../frameworks/marathon/edge/rest/routes';

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string }[];
  readonly requestBody?: object;
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}

const DOCUMENT = marathonDocument('1.0') as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
};

/** These methods go with the others. */
const UNTOLD = new Set(['HEAD', 'OPTIONS']);

const ROUTES = marathonRoutes({} as RestContext);

/** The paths whose operations are not described yet. */
const UNDESCRIBED = ['/help', '/v2/plugins/*'];

function matches({ path }: Route, described: string): boolean {
  const example = described.replace(/\{\w+\}/g, 'x');
  return path.endsWith('/*') ? example.startsWith(path.slice(0, -1)) : path === example;
}

test('each operation has an id of its own', () => {
  const described = Object.values(DOCUMENT.paths).flatMap((path) => Object.values(path));
  expect(described).toHaveLength(OPERATIONS.length);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length);
});

test.each(OPERATIONS.map(({ method, path }) => [method, path]))('%s %s has a route', (method, path) => {
  const route = ROUTES.find((candidate) => matches(candidate, path) && method in candidate.methods);
  expect(route).toBeDefined();
});

test.each(
  ROUTES.filter(({ path }) => !UNDESCRIBED.includes(path)).flatMap((route) =>
    Object.keys(route.methods)
      .filter((method) => !UNTOLD.has(method))
      .map((method) => ({ route, method, name: `${method} ${route.path}` })),
  ),
)('$name is described', ({ route, method }) => {
  const described = OPERATIONS.filter((operation) => operation.method === method);
  expect(described.filter(({ path }) => matches(route, path))).not.toEqual([]);
});

test('each schema that is referred to is there', () => {
  const names = [...JSON.stringify(DOCUMENT).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(Object.keys(DOCUMENT.components.schemas)).toEqual(expect.arrayContaining([...new Set(names)]));
});

test('an operation has its parameters and its body', () => {
  expect(DOCUMENT.paths['/v2/apps/{id}']?.['put']).toMatchObject({
    operationId: 'putApp',
    parameters: [
      { name: 'id', in: 'path', required: true },
      { name: 'force', in: 'query', required: false },
      { name: 'partialUpdate', in: 'query', required: false },
    ],
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/AppUpdate' } } } },
  });
});

test('the schema of an app has the limits and the defaults of the reader', () => {
  expect(DOCUMENT.components.schemas['AppUpdate']?.properties).toMatchObject({
    cmd: { type: 'string', minLength: 1 },
    instances: { type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 },
    cpus: { type: 'number', minimum: 0.001 },
    env: { additionalProperties: { oneOf: [{ type: 'string' }, { required: ['secret'] }] } },
    healthChecks: { items: { properties: { gracePeriodSeconds: { type: 'integer', default: 300 } } } },
    constraints: { items: { type: 'array', minItems: 2, maxItems: 3 } },
    killSelection: { enum: ['YOUNGEST_FIRST', 'OLDEST_FIRST'] },
    unreachableStrategy: { oneOf: [{ enum: ['disabled'] }, { type: 'object' }] },
    container: { properties: { docker: { required: ['image'] } } },
  });
});

test('a group refers to groups and apps in it by their names', () => {
  expect(DOCUMENT.components.schemas['GroupUpdate']?.properties).toMatchObject({
    apps: { items: { $ref: '#/components/schemas/AppUpdate' } },
    groups: { items: { $ref: '#/components/schemas/GroupUpdate' } },
  });
});

test('every member of every body has a schema', () => {
  const open: string[] = [];
  const walk = (schema: Schema, path: string): void => {
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (Object.keys(member).length === 0) open.push(`${path}/${name}`);
      walk(member, `${path}/${name}`);
    }
  };
  for (const [name, schema] of Object.entries(DOCUMENT.components.schemas)) walk(schema, name);
  expect(open).toEqual([]);
});
