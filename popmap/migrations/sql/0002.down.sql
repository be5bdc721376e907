DROP TABLE place_name, place, area_part, area;
