DROP INDEX area_shapeless;
