/** The functions of the runtime that definitions of runs call, by their names; each file is loaded when one of them is called for. */
const files = [
  [["readCsv"], () => import("../../runtime/read-csv.ts")],
  [["readNpz"], () => import("../../runtime/read-npz.ts")],
  [["readNpy"], () => import("../../runtime/read-npy.ts")],
  [["readIdx"], () => import("../../runtime/read-idx.ts")],
  [["makeSpirals"], () => import("../../runtime/make-spirals.ts")],
  [["makeFunction"], () => import("../../runtime/make-function.ts")],
  [["readFolder"], () => import("../../runtime/read-folder.ts")],
  [["readCharacters"], () => import("../../runtime/read-text.ts")],
  [["readAny"], () => import("../../runtime/read-any.ts")],
  [["resolvePath"], () => import("../../runtime/files.ts")],
  [["standardize", "center", "scale"], () => import("../../runtime/normalize.ts")],
  [["whiten"], () => import("../../runtime/whiten.ts")],
  [["readStatistics"], () => import("../../runtime/read-statistics.ts")],
  [["areaUnderCurve"], () => import("../../runtime/area-under-curve.ts")],
  [["countConfusions"], () => import("../../runtime/confusion.ts")],
  [["makeBfgs"], () => import("../../runtime/bfgs.ts")],
  [["makeLbfgs"], () => import("../../runtime/lbfgs.ts")],
  [["makeNewton"], () => import("../../runtime/newton.ts")],
  [["autoAugment"], () => import("../../runtime/augment-auto.ts")],
  [["sometimes", "anyOf"], () => import("../../runtime/augment-choose.ts")],
  [
    ["brightness", "contrast", "noise", "sensorNoise", "pcaColor"],
    () => import("../../runtime/augment-color.ts"),
  ],
  [
    ["flip", "crop", "centreCrop", "padCrop", "shift", "cutout"],
    () => import("../../runtime/augment-place.ts"),
  ],
  [
    ["resize", "resizeTo", "resizeAndCrop", "resizeAndCentreCrop", "resizedCrop", "cover"],
    () => import("../../runtime/augment-resize.ts"),
  ],
  [["rotate", "shear", "stretch", "distort"], () => import("../../runtime/augment-warp.ts")],
  [["originalColumn"], () => import("../../runtime/augment.ts")],
  [["channelRanges", "colorComponents"], () => import("../../runtime/color-statistics.ts")],
  [["flipViews", "cropViews", "combineViews"], () => import("../../runtime/views.ts")],
] as const;

/** Values by their names: functions of the runtime, members of a definition, what parameters are bound to. */
export type Scope = ReadonlyMap<string, unknown>;

/** Loads those of the named that are functions of the runtime. */
export async function loadFunctions(names: Iterable<string>): Promise<Scope> {
  const wanted = new Set(names);
  const found = new Map<string, unknown>();
  for (const [offered, load] of files) {
    const needed = offered.filter((name) => wanted.has(name));
    if (needed.length === 0) continue;
    const module: Readonly<Record<string, unknown>> = await load();
    for (const name of needed) found.set(name, module[name]);
  }
  return found;
}
