import { createAppStore } from '../../../../lb/core/apps/app-store';
import { buildModel, createModelBuilder } from '../../../../lb/core/model/model';
import { createRenderer, type Templates } from '../../../../lb/core/render/render';
import { loadTemplates } from '../../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

/** Templates that count how often one of a backend is filled in. */
function counted(): { templates: Templates; filled: () => number } {
  let count = 0;
  const templates = loadTemplates();
  const entries = Object.entries(templates).map(([name, template]) => [
    name,
    typeof template === 'function' && name.startsWith('BACKEND')
      ? (values: never) => {
          count += 1;
          return template(values);
        }
      : template,
  ]);
  return { templates: Object.fromEntries(entries) as Templates, filled: () => count };
}

test('apps that are rendered alone leave the texts of all others in the cache', () => {
  const { templates, filled } = counted();
  const store = createAppStore();
  const app = (index: number) =>
    appJson(`/app-${index}`, 10_000 + index, [taskJson(`t${index}`, [31_000 + index])]);
  store.replaceAll({ apps: Array.from({ length: 200 }, (_, index) => app(index)) });
  const build = createModelBuilder(plainOptions);
  const render = createRenderer(templates);
  const { config } = render(build(store.apps(), addressContext));
  const before = filled();
  expect(before).toBeGreaterThan(200);
  render(buildModel(store.apps().slice(0, 1), plainOptions, addressContext));
  const alone = filled() - before;
  expect(alone).toBeLessThan(20);
  expect(render(build([...store.apps()], { ...addressContext })).config).toBe(config);
  expect(filled() - before).toBe(alone);
});
