package reference

import "math"

// earth is the mean radius of the earth in kilometres.
const earth = 6371.0088

// Distance is the way between two cities along the surface, in kilometres;
// known is false where the place of either is not.
func Distance(a, b City) (km float64, known bool) {
	if a.Lat == 0 && a.Lon == 0 || b.Lat == 0 && b.Lon == 0 {
		return 0, false
	}
	const degree = math.Pi / 180
	lat, lon := (b.Lat-a.Lat)*degree/2, (b.Lon-a.Lon)*degree/2
	h := math.Pow(math.Sin(lat), 2) + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*math.Pow(math.Sin(lon), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h))), true
}

// Around are the cities whose centre lies within so many kilometres of that of
// a city, in any country, the city itself among them; nil where there is no such
// city.
func Around(id string, km float64) []City {
	centre, known := CityByID(id)
	if !known {
		return nil
	}
	out := []City{centre}
	for _, country := range Countries() {
		for _, c := range Cities(country.Alpha2) {
			if way, known := Distance(centre, c); known && way <= km && c.ID != id {
				out = append(out, c)
			}
		}
	}
	return out
}
