DROP TABLE harmonised_number, emergency_number, country_fact;
