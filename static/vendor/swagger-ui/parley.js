// Parley's own: draws the reference from the schema whose address the page names.
"use strict";

const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  filter: true,
  persistAuthorization: false,
  // No answer of this page's goes to anybody else.
  validatorUrl: null,
});
