// nnspec itself: the step of the generated trainer, on the backend that is asked for.
import { startTrainee } from "./nnspec-trainee.ts";
import { serve } from "./protocol.ts";

await serve(startTrainee);
