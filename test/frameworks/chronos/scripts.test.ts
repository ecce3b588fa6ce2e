import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { ChronosScript } from './interpreter';

runScripts(join(__dirname, 'scripts'), () => new ChronosScript().interpret);
