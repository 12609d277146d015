import { setUpBrowser, setUpWorkbench } from './setup';

try {
  setUpWorkbench();
  setUpBrowser();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
