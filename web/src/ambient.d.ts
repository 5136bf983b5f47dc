/** The build gives a style sheet as its text. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** What the served page's companions carry as `?v=`; the npm package has none. */
declare const VISAVIS_BUILD: string | undefined;
